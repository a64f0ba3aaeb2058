package dataset

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// errBusy is what tryLock returns while another process holds the lock.
var errBusy = errors.New("locked")

// lock takes the folder's lock for as long as the process lives or until unlock is
// called. The system gives it back when a process is killed, so a lock cannot go
// stale. The file stays.
//
// Where there are no locks, as on some network file systems, nothing keeps two runs
// apart. They would do the same work twice but no harm: shards are renamed whole, and
// those of the same range are the same.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, fmt.Errorf("dataset: the folder cannot be written to: %w", err)
	}
	if err := tryLock(f); errors.Is(err, errBusy) {
		holder, _ := io.ReadAll(io.LimitReader(f, 20))
		f.Close()
		if _, err := strconv.Atoi(string(holder)); err != nil {
			holder = []byte("unknown")
		}
		return nil, fmt.Errorf("dataset: %s: %w (process %s): wait for it, or stop it", path, ErrLocked, holder)
	}
	// Whose it is, is only for messages.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return func() { f.Close() }, nil
}
