//go:build !(amd64 || arm64) || purego

package f32

func levels() []level { return []level{portable} }

func (t *Tile) run(rows, vecs int) { t.runGo(rows, vecs) }
