package f32

import "fmt"

// A level is a set of kernels.
type level struct {
	name  string
	rows  int // of a tile
	lanes int // of a tile's vectors
}

// portable is the level of plain Go, present everywhere.
var portable = level{name: "go", rows: 4, lanes: 4}

// current is chosen when the program starts; only tests change it.
var current = best()

// Level names the kernels in use: "avx512", "avx2", "neon" or "go".
func Level() string { return current.name }

// Levels names the kernels that this machine can run, best first.
func Levels() []string {
	var names []string
	for _, l := range levels() {
		names = append(names, l.name)
	}
	return names
}

// SetLevel changes the kernels in use, so that tests reach those that the machine
// would not choose; an empty name means the best. It must not be called while
// kernels run, and values prepared before ([PackB]) are void after.
func SetLevel(name string) error {
	if name == "" {
		current = best()
		return nil
	}
	for _, l := range levels() {
		if l.name == name {
			current = l
			return nil
		}
	}
	return fmt.Errorf("f32: no level %q on this machine: it has %v", name, Levels())
}

func best() level { return levels()[0] }
