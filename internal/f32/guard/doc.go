// Package guard makes slices for tests of assembly: on Linux, reading or writing
// beyond their end ends the program.
package guard
