package native

import (
	"errors"
	"fmt"
	"math"
)

// ErrMemory is wrapped by the errors of models and batches that need more
// memory than [Options] allow: a damaged or hostile file of a few bytes can ask
// for any amount.
var ErrMemory = errors.New("more memory than Options.Memory allows")

// defaultMemory is 8 GiB, or what an address can hold.
const defaultMemory = int64(min(8<<30, math.MaxInt/2))

// maxTable bounds the extents that a rule makes a table for, which takes
// several times the memory of the values themselves.
const maxTable = 1 << 24

// checkMemory refuses to use n bytes.
func checkMemory(n, limit int64) error {
	if n <= limit {
		return nil
	}
	const mib = 1 << 20
	return fmt.Errorf("native: the values take %d MiB at a time, %w (%d MiB): use a smaller batch, or raise it", n/mib, ErrMemory, limit/mib)
}

// checkTable refuses an extent that is too large for a table.
func checkTable(extent int) error {
	if extent > maxTable {
		return fmt.Errorf("an axis of %d positions; at most %d are supported", extent, maxTable)
	}
	return nil
}
