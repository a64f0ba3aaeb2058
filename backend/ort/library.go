package ort

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/lcfv-go/lcfv/internal/onnxruntime"
)

// libraryVariable is the environment variable that names the library.
const libraryVariable = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// library is the process's ONNX Runtime, once it is initialised.
var library struct {
	sync.Mutex
	path string // "" if it was not initialised here
}

// Available reports whether models can be opened with these options, nil if so.
// It loads the library if that has not been done. Errors wrap
// [ErrUnavailable].
func Available(opts *Options) error {
	o, err := opts.withDefaults()
	if err != nil {
		return err
	}
	if err := load(o.Library); err != nil {
		return err
	}
	return checkProvider(&o)
}

// load initialises ONNX Runtime unless that has been done.
func load(path string) error {
	library.Lock()
	defer library.Unlock()
	if !cgo {
		return fmt.Errorf("ort: %w: the program was built without cgo; build it with CGO_ENABLED=1 and a C compiler, or use package native", ErrUnavailable)
	}
	if initialized() {
		if path != "" && library.path != "" && !contains(path, library.path) {
			return fmt.Errorf("ort: %w from %s: this process already uses %s, and there can be only one", ErrUnavailable, path, library.path)
		}
		return nil
	}
	var tried []string
	for _, c := range candidates(path) {
		if filepath.IsAbs(c.path) || c.given {
			if _, err := os.Stat(c.path); err != nil {
				tried = append(tried, fmt.Sprintf("%s (%s): not there", c.path, c.origin))
				continue
			}
		}
		err := initialize(c.path)
		if err == nil {
			library.path = c.path
			return nil
		}
		tried = append(tried, fmt.Sprintf("%s (%s): %v", c.path, c.origin, err))
	}
	return fmt.Errorf("ort: %w. Version %s or newer is needed; `make onnxruntime` in a checkout of lcfv gets %s, or set %s to the library's path. Tried: %s",
		ErrUnavailable, onnxruntime.Oldest, onnxruntime.Version, libraryVariable, strings.Join(tried, "; "))
}

// candidate is a place where the library may be.
type candidate struct {
	path   string
	origin string
	given  bool // by the user, so that there is no other
}

// candidates lists where to look, first things first. What the user names is
// the only place.
func candidates(path string) []candidate {
	if path != "" {
		return inside(path, "Options.Library", true)
	}
	if path := os.Getenv(libraryVariable); path != "" {
		return inside(path, libraryVariable, true)
	}
	var all []candidate
	if program, err := os.Executable(); err == nil {
		all = append(all, inside(filepath.Dir(program), "beside the program", false)...)
	}
	if path, err := onnxruntime.Cached(); err == nil {
		all = append(all, candidate{path: path, origin: "fetched"})
	}
	for _, name := range onnxruntime.Names() {
		all = append(all, candidate{path: name, origin: "the system's loader"})
	}
	if runtime.GOOS != "windows" {
		for _, dir := range []string{"/usr/lib", "/usr/local/lib"} {
			all = append(all, inside(dir, "system", false)...)
		}
	}
	return all
}

// inside lists the files that path means: itself, or the library in a folder.
func inside(path, origin string, given bool) []candidate {
	if info, err := os.Stat(path); given && (err != nil || !info.IsDir()) {
		return []candidate{{path, origin, given}}
	}
	var all []candidate
	for _, name := range onnxruntime.Names() {
		all = append(all, candidate{filepath.Join(path, name), origin, given})
	}
	return all
}

// contains reports whether path is the loaded library or its folder.
func contains(path, loaded string) bool {
	for _, c := range inside(path, "", true) {
		a, errA := os.Stat(c.path)
		b, errB := os.Stat(loaded)
		if c.path == loaded || errors.Join(errA, errB) == nil && os.SameFile(a, b) {
			return true
		}
	}
	return false
}
