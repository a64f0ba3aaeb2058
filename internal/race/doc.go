// Package race tells tests whether the race detector is on: under it sync.Pool
// drops some of what it is given, so that allocations cannot be counted.
package race
