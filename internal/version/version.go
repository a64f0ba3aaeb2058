// Package version holds the library's version for the packages that write it
// into files.
package version

// Library is the version of this library, following https://semver.org.
const Library = "0.1.0"
