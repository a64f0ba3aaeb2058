package dataset

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/lcfv-go/lcfv/internal/version"
	"github.com/lcfv-go/lcfv/invert"
)

// Keys of the metadata in a shard's footer. The file keeps them in this order.
const (
	manifestKey = "lcfv.manifest" // the manifest that the shard belongs to
	rangeKey    = "lcfv.range"    // LOW-HIGH of invert.Range
	sumKey      = "lcfv.sha256"   // see seal
	workKey     = "lcfv.work"     // forward equivalents, all trajectories together
)

// Shard is a finished part of a dataset.
type Shard struct {
	Path  string
	Range invert.Range
	Rows  []Row   // ordered by trajectory, then t
	Work  float64 // forward equivalents, all trajectories together
}

// encodeShard returns the file of a part of a run. The bytes depend on nothing
// but the arguments and the versions of lcfv and of the Parquet library.
func encodeShard(manifest []byte, of invert.Range, part *invert.Dataset) ([]byte, error) {
	table, err := rows(of, part)
	if err != nil {
		return nil, err
	}
	work := part.ForwardEquivalents * float64(of.High-of.Low)
	var file bytes.Buffer
	w := parquet.NewGenericWriter[Row](&file,
		parquet.CreatedBy("lcfv", version.Library, "go"),
		parquet.Compression(&parquet.Snappy), // z_0 repeats
		parquet.KeyValueMetadata(manifestKey, string(manifest)),
		parquet.KeyValueMetadata(rangeKey, fmt.Sprintf("%d-%d", of.Low, of.High)),
		parquet.KeyValueMetadata(sumKey, unsealed),
		parquet.KeyValueMetadata(workKey, strconv.FormatFloat(math.Round(work), 'f', -1, 64)),
	)
	if _, err := w.Write(table); err != nil {
		return nil, fmt.Errorf("dataset: encoding a shard: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("dataset: encoding a shard: %w", err)
	}
	if err := seal(file.Bytes()); err != nil {
		return nil, fmt.Errorf("dataset: encoding a shard: %w", err)
	}
	return file.Bytes(), nil
}

// readShard reads and checks the shard at path, which has to go with m and begin
// at trajectory low.
func readShard(path string, m *Manifest, low int) (*Shard, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: reading a shard: %w", err)
	}
	if err := checkSeal(data); err != nil {
		return nil, damaged(path, err)
	}
	s := &Shard{Path: path}
	there, err := s.decode(data)
	if err != nil {
		return nil, damaged(path, err)
	}
	if err := m.compare(path, there); err != nil {
		return nil, err
	}
	if err := s.check(m, low); err != nil {
		return nil, damaged(path, err)
	}
	return s, nil
}

func damaged(path string, err error) error {
	return fmt.Errorf("dataset: %s: %w: %w: delete it to have it made again", path, ErrShard, err)
}

// decode fills in what the file holds and returns the manifest it belongs to.
func (s *Shard) decode(data []byte) (there *Manifest, err error) {
	// The seal keeps out damage; what is left is a file made to deceive, on
	// which the Parquet library may panic.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("no Parquet file that lcfv wrote: %v", r)
		}
	}()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	value := func(key string) string {
		v, _ := f.Lookup(key)
		return v
	}
	m, err := decodeManifest([]byte(value(manifestKey)))
	if err != nil {
		return nil, fmt.Errorf("the manifest in its footer: %w", err)
	}
	if _, err := fmt.Sscanf(value(rangeKey), "%d-%d", &s.Range.Low, &s.Range.High); err != nil {
		return nil, fmt.Errorf("range %q in its footer: %w", value(rangeKey), err)
	}
	if s.Work, err = strconv.ParseFloat(value(workKey), 64); err != nil {
		return nil, fmt.Errorf("work in its footer: %w", err)
	}
	r := parquet.NewGenericReader[Row](f)
	defer r.Close()
	s.Rows = make([]Row, r.NumRows())
	if n, err := r.Read(s.Rows); n < len(s.Rows) {
		return nil, fmt.Errorf("%d of %d rows: %w", n, len(s.Rows), err)
	}
	return &m, nil
}

// check holds the rows against the manifest, so that whoever reads them need not.
func (s *Shard) check(m *Manifest, low int) error {
	n := s.Range.High - s.Range.Low
	if s.Range.Low != low || n < 1 || n > m.Shard {
		return fmt.Errorf("it holds the trajectories [%d, %d) and is named as if they began at %d", s.Range.Low, s.Range.High, low)
	}
	if len(s.Rows) != n*len(m.Targets) {
		return fmt.Errorf("%d rows for %d trajectories with %d targets", len(s.Rows), n, len(m.Targets))
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		if want := low + i/len(m.Targets); r.Trajectory != int64(want) || r.T != m.Targets[i%len(m.Targets)] {
			return fmt.Errorf("row %d is trajectory %d at t = %g instead of %d at %g", i, r.Trajectory, r.T, want, m.Targets[i%len(m.Targets)])
		}
		if len(r.Z0) != m.Generator.D || len(r.Z) != m.Generator.D {
			return fmt.Errorf("row %d holds codes of length %d and %d instead of %d", i, len(r.Z0), len(r.Z), m.Generator.D)
		}
		if _, err := r.pair(); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}
