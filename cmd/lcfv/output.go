package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writable reports why a file cannot be created, before the work is done whose
// result it would hold.
func writable(path string) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return fmt.Errorf("-o %s is a folder: name a file", path)
		}
		if !info.Mode().IsRegular() {
			return nil // a pipe or a device: writing tells
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".lcfv-*")
	if err != nil {
		return fmt.Errorf("-o %s cannot be written (%w): choose another place", path, err)
	}
	tmp.Close()
	return os.Remove(tmp.Name())
}
