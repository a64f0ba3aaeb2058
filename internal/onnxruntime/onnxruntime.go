// Package onnxruntime says which ONNX Runtime lcfv is built and tested with, and
// where `make onnxruntime` puts its shared library: a folder of the user's
// cache, which all checkouts share.
package onnxruntime

import (
	"os"
	"path/filepath"
	"runtime"
)

const (
	// Version is the release that is fetched.
	Version = "1.27.0"
	// Oldest is the oldest release whose C interface suffices.
	Oldest = "1.24.1"
)

// File is a shared library in the npm package onnxruntime-node.
type File struct {
	Member string // its path in the package
	SHA256 string
}

// files holds the platforms the package has libraries for, by GOOS/GOARCH.
var files = map[string]File{
	"linux/amd64":   {"package/bin/napi-v6/linux/x64/libonnxruntime.so.1", "d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221"},
	"linux/arm64":   {"package/bin/napi-v6/linux/arm64/libonnxruntime.so.1", "c36bc200e7e6c093b8abb0b34590fbdd8c52fd3fb5e33795b9523ffdde2fce0f"},
	"darwin/arm64":  {"package/bin/napi-v6/darwin/arm64/libonnxruntime.1.dylib", "89f692a3a1a224e4ad0b796b0e7c0bd81113b0741bfe84211eceef14d05a9e59"},
	"windows/amd64": {"package/bin/napi-v6/win32/x64/onnxruntime.dll", "273f9ef9cf755c6a0f342226a80448156c10ceb74db2ae8c8370dc98e75af0eb"},
}

// Packaged returns the library for this platform, false where the package has
// none.
func Packaged() (File, bool) {
	f, ok := files[runtime.GOOS+"/"+runtime.GOARCH]
	return f, ok
}

// Names lists what the library's file is called on this platform, by itself or
// as the loader looks for it.
func Names() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{"onnxruntime.dll"}
	case "darwin", "ios":
		return []string{"libonnxruntime.dylib", "libonnxruntime.1.dylib"}
	default:
		return []string{"libonnxruntime.so", "libonnxruntime.so.1"}
	}
}

// Cached is where the fetched library is or will be.
func Cached() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	names := Names()
	return filepath.Join(dir, "lcfv", "onnxruntime", Version, runtime.GOOS+"-"+runtime.GOARCH, names[len(names)-1]), nil
}
