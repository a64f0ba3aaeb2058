// Command fetch puts ONNX Runtime's shared library into the user's cache
// folder, where lcfv finds it. It takes it from the npm package
// onnxruntime-node, with the npm client, and checks what it gets. It does
// nothing if the library is there.
package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/lcfv-go/lcfv/internal/atomicfile"
	"github.com/lcfv-go/lcfv/internal/onnxruntime"
)

// integrity is the published SHA-512 of the package, in base64.
const integrity = "QEzGwrvNBgv4uPVdnbHsOGG4G6T96mdlcFI8aAKPjMU8wOPpVocPXb6k3QGkaZagVTv2G9Bnnbo6Z3JdXr1fQw=="

func main() {
	optional := flag.Bool("optional", false, "succeed, with a message, where the library cannot be had")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	path, err := fetch(ctx, npmPack)
	switch {
	case err == nil:
		fmt.Println(path)
	case *optional && ctx.Err() == nil:
		fmt.Fprintf(os.Stderr, "fetch: %v; going on without ONNX Runtime\n", err)
	default:
		fmt.Fprintf(os.Stderr, "fetch: %v\n", err)
		os.Exit(1)
	}
}

// fetch returns the path of the library, which it puts there first if it is
// missing or damaged. pack gets the package's file into a folder.
func fetch(ctx context.Context, pack func(ctx context.Context, dir string) (string, error)) (string, error) {
	file, ok := onnxruntime.Packaged()
	if !ok {
		return "", fmt.Errorf("the package onnxruntime-node holds no library for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	path, err := onnxruntime.Cached()
	if err != nil {
		return "", err
	}
	if data, err := os.ReadFile(path); err == nil && sum(data) == file.SHA256 {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "lcfv-onnxruntime-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	archive, err := pack(ctx, dir)
	if err != nil {
		return "", err
	}
	data, err := extract(archive, file)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, atomicfile.Write(path, data)
}

// npmPack gets the package with the npm client.
func npmPack(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("getting ONNX Runtime %s takes the npm client: %w", onnxruntime.Version, err)
	}
	cmd := exec.CommandContext(ctx, npm, "pack", "onnxruntime-node@"+onnxruntime.Version, "--pack-destination", dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	return filepath.Join(dir, "onnxruntime-node-"+onnxruntime.Version+".tgz"), nil
}

// extract checks the package and returns one of its files, checked as well.
func extract(archive string, file onnxruntime.File) ([]byte, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != integrity {
		return nil, fmt.Errorf("the package has the SHA-512 %s, not the published %s: it was damaged or exchanged on the way", got, integrity)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	for t := tar.NewReader(z); ; {
		header, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("looking for %s in the package: %w", file.Member, err)
		}
		if header.Name != file.Member {
			continue
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		if got := sum(data); got != file.SHA256 {
			return nil, fmt.Errorf("%s has the SHA-256 %s, want %s", file.Member, got, file.SHA256)
		}
		return data, nil
	}
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
