package onnx

import (
	"hash"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// external finds the bytes that tensors keep outside the file.
type external struct {
	dir   fs.FS
	hash  hash.Hash         // takes each file at its first reference
	files map[string][]byte // contents by clean name
}

// bytes returns the part of an external file that the key-value pairs of a
// tensor name: location, offset (default 0) and length (default: to the end).
// want is the number of bytes the tensor's type and shape ask for.
func (e *external) bytes(pairs map[string]string, want int) ([]byte, error) {
	loc := path.Clean(strings.ReplaceAll(pairs["location"], `\`, "/"))
	switch {
	case pairs["location"] == "":
		return nil, formatf("its external data has no location: export the model again")
	case !fs.ValidPath(loc) || strings.Contains(loc, ":"):
		return nil, formatf("its external data %q lies outside the model's folder, which is not allowed: keep it beside the model", pairs["location"])
	case e.dir == nil:
		return nil, unsupportedf("its data is in the external file %q, which cannot be reached from here: read the model from its file, or save it as one file", loc)
	}
	data, ok := e.files[loc]
	if !ok {
		var err error
		if data, err = fs.ReadFile(e.dir, loc); err != nil {
			return nil, &externalError{loc, err}
		}
		if e.files == nil {
			e.files = make(map[string][]byte)
		}
		e.files[loc] = data
		e.hash.Write(data)
	}
	off, n := int64(0), int64(-1)
	var err1, err2 error
	if s := pairs["offset"]; s != "" {
		off, err1 = strconv.ParseInt(s, 10, 64)
	}
	if s := pairs["length"]; s != "" {
		n, err2 = strconv.ParseInt(s, 10, 64)
	} else if err1 == nil && off >= 0 && off <= int64(len(data)) {
		n = int64(len(data)) - off
		n = min(n, int64(want)) // without a length the shape decides
	}
	if err1 != nil || err2 != nil || off < 0 || n < 0 || off > int64(len(data)) || n > int64(len(data))-off {
		return nil, formatf("its external data %q holds %d bytes, not offset %q, length %q: the file is truncated, copy or export it again",
			loc, len(data), pairs["offset"], pairs["length"])
	}
	return data[off : off+n], nil
}

// externalError reports an external file that cannot be read.
type externalError struct {
	name string
	err  error
}

func (e *externalError) Error() string {
	return "cannot read its external data " + strconv.Quote(e.name) + " (keep it beside the model): " + e.err.Error()
}

func (e *externalError) Unwrap() error { return e.err }
