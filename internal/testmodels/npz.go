package testmodels

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// shapeOf finds the shape in the header of a .npy file.
var shapeOf = regexp.MustCompile(`'shape': \(([^)]*)\)`)

// NPZ reads the float32 arrays of a numpy archive of the models' folder; where it
// is absent, it does what [Path] does.
func NPZ(t testing.TB, elem ...string) map[string]Array {
	t.Helper()
	z, err := zip.OpenReader(Path(t, elem...))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	arrays := make(map[string]Array)
	for _, f := range z.File {
		a, err := readNPY(f)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		arrays[strings.TrimSuffix(f.Name, ".npy")] = a
	}
	return arrays
}

func readNPY(f *zip.File) (Array, error) {
	r, err := f.Open()
	if err != nil {
		return Array{}, err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return Array{}, err
	}
	if len(raw) < 10 {
		return Array{}, io.ErrUnexpectedEOF
	}
	header := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
	found := shapeOf.FindStringSubmatch(string(raw[:min(header, len(raw))]))
	if found == nil {
		return Array{}, fmt.Errorf("no shape in its header")
	}
	a := Array{Dtype: "float32"}
	for _, d := range strings.Split(found[1], ",") {
		if d = strings.TrimSpace(d); d != "" {
			n, err := strconv.Atoi(d)
			if err != nil {
				return Array{}, err
			}
			a.Shape = append(a.Shape, n)
		}
	}
	for at := header; at+4 <= len(raw); at += 4 {
		a.Data = append(a.Data, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[at:]))))
	}
	return a, nil
}
