//go:build !purego

package f32

// levelNEON is what every arm64 processor that Go runs on has.
var levelNEON = level{name: "neon", rows: 8, lanes: 4}

func levels() []level { return []level{levelNEON, portable} }

func (t *Tile) run(rows, vecs int) {
	if current.name == portable.name {
		t.runGo(rows, vecs)
		return
	}
	var args tileArgs
	args.set(t, vecs)
	tileNEON(rows, vecs, &args)
}
