// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes data to a file: under another name first, then renamed, so that
// a file of that name that was there before is replaced whole or kept, with its
// permissions, even if the machine stops. A process that is killed may leave the
// other name behind: see Pattern. A symbolic link stays, and the file it names is written; what is no
// regular file, such as a pipe or a device, is written to directly.
func Write(path string, data []byte) error {
	if err := place(path, data); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func place(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return os.WriteFile(path, data, mode)
	default:
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	return write(path, data, mode)
}

func write(path string, data []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), Pattern(filepath.Base(path)))
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once the file is renamed
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync() // a file is not to be renamed before what is in it
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	// The new name outlasts a crash once the folder is written. Some systems
	// cannot do that, and the file is whole in any case.
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
	return nil
}

// Pattern returns the pattern, as of filepath.Match, of the names under which
// Write begins the files whose names match base.
func Pattern(base string) string { return "." + base + "-*" }
