package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// A shard carries its checksum in its own footer, as the value of sumKey: the
// SHA-256 of the file in which the 64 digits of that value are zeros. A file beside
// the shard would need a second rename, and a crash between the two would leave a
// shard nobody can trust or a checksum of nothing.

// unsealed is the value before the checksum is known.
var unsealed = strings.Repeat("0", 2*sha256.Size)

// between separates a key from its value in the footer, in Thrift's compact
// protocol: the next field is a string, of 64 bytes.
var between = []byte{0x18, 2 * sha256.Size}

var errNoSeal = errors.New("no checksum of lcfv in it: truncated, or written by another program")

// digits returns the part of the file that holds the checksum.
func digits(file []byte) ([]byte, error) {
	mark := append([]byte(sumKey), between...)
	at := bytes.LastIndex(file, mark)
	if at < 0 || at+len(mark)+len(unsealed) > len(file) {
		return nil, errNoSeal
	}
	at += len(mark)
	return file[at : at+len(unsealed)], nil
}

// seal writes the checksum of file into it.
func seal(file []byte) error {
	d, err := digits(file)
	if err != nil {
		return err
	}
	if string(d) != unsealed {
		return errors.New("the place of the checksum is taken")
	}
	sum := sha256.Sum256(file)
	hex.Encode(d, sum[:])
	return nil
}

// checkSeal reports what is wrong with a sealed file. It leaves zeros where the
// checksum was.
func checkSeal(file []byte) error {
	d, err := digits(file)
	if err != nil {
		return err
	}
	stated := string(d)
	copy(d, unsealed)
	sum := sha256.Sum256(file)
	if hex.EncodeToString(sum[:]) != stated {
		return errors.New("its checksum is wrong: damaged")
	}
	return nil
}
