package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writable reports why the file that a flag names cannot be created, before the
// work is done whose result it would hold.
func writable(flag, path string) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return fmt.Errorf("-%s %s is a folder: name a file", flag, path)
		}
		if !info.Mode().IsRegular() {
			return nil // a pipe or a device: writing tells
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".lcfv-*")
	if err != nil {
		return fmt.Errorf("-%s %s cannot be written (%w): choose another place", flag, path, err)
	}
	tmp.Close()
	return os.Remove(tmp.Name())
}
