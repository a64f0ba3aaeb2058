package generator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Level is the range [Low, High) of a latent code.
type Level struct {
	Name string `json:"name"`
	Low  int    `json:"low"`
	High int    `json:"high"`
}

// ParseLevels reads the sizes of the levels of a code, in order: "20,20,40" or, with
// names, "coarse:20,fine:60". A level without a name is called after its index,
// "level 0" for instance.
func ParseLevels(s string) ([]Level, error) {
	var levels []Level
	low := 0
	for i, part := range strings.Split(s, ",") {
		name, size, named := strings.Cut(strings.TrimSpace(part), ":")
		if !named {
			name, size = fmt.Sprintf("level %d", i), name
		}
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("generator: levels %q: part %q is not the size of a level: write positive numbers, such as 20,20,40 or coarse:20,fine:60", s, part)
		}
		levels = append(levels, Level{Name: strings.TrimSpace(name), Low: low, High: low + n})
		low += n
	}
	return levels, nil
}

// checkLevels reports levels that are not a partition of a code of length d, in
// order. None at all are one.
func checkLevels(levels []Level, d int) error {
	at := 0
	for i, l := range levels {
		switch {
		case l.High <= l.Low:
			return fmt.Errorf("generator: level %q covers [%d, %d), which is nothing: levels hold one number at least", l.Name, l.Low, l.High)
		case l.Low < at:
			return fmt.Errorf("generator: level %q covers [%d, %d), and what is before it reaches to %d: levels must not overlap", l.Name, l.Low, l.High, at)
		case l.Low > at:
			return fmt.Errorf("generator: level %q covers [%d, %d), and what is before it ends at %d: levels must follow one another without a gap from 0", l.Name, l.Low, l.High, at)
		case l.Name != "" && slices.ContainsFunc(levels[:i], func(o Level) bool { return o.Name == l.Name }):
			return fmt.Errorf("generator: there are two levels %q: give each a name of its own", l.Name)
		}
		at = l.High
	}
	if len(levels) > 0 && at != d {
		return fmt.Errorf("generator: levels cover %d numbers of a latent code of length %d: their sizes must add up", at, d)
	}
	return nil
}

// Select returns the generator's levels of these names, in the order of the code,
// for what works on a part of it. A name that no level has, or that is there twice,
// is an error that lists the levels.
func (i Info) Select(names ...string) ([]Level, error) {
	if len(i.Levels) == 0 {
		return nil, fmt.Errorf("generator: levels %q of generator %q, which states none: state their sizes in ModelOptions.Levels or metadata %s",
			names, i.Name, MetaLevels)
	}
	known := make([]string, len(i.Levels))
	for k, l := range i.Levels {
		known[k] = strconv.Quote(l.Name)
	}
	for k, name := range names {
		switch {
		case !slices.ContainsFunc(i.Levels, func(l Level) bool { return l.Name == name }):
			return nil, fmt.Errorf("generator: generator %q has no level %q, only %s", i.Name, name, strings.Join(known, ", "))
		case slices.Contains(names[:k], name):
			return nil, fmt.Errorf("generator: level %q is asked for twice", name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("generator: no level is asked for: name one at least of %s", strings.Join(known, ", "))
	}
	var out []Level
	for _, l := range i.Levels {
		if slices.Contains(names, l.Name) {
			out = append(out, l)
		}
	}
	return out, nil
}

// Dims returns the indices of the numbers of a code of length d that lie in levels,
// which may be given in any order and need not cover the code. They increase. No
// levels at all, one that is empty or reaches out of the code, and two that overlap
// are errors.
func Dims(levels []Level, d int) ([]int, error) {
	if len(levels) == 0 {
		return nil, fmt.Errorf("generator: no levels: give one at least")
	}
	in := make([]string, d) // by which level a number is taken, quoted
	for _, l := range levels {
		name := strconv.Quote(l.Name)
		if l.Low < 0 || l.High <= l.Low || l.High > d {
			return nil, fmt.Errorf("generator: level %s covers [%d, %d), which is no part of a latent code of length %d: give levels of this generator", name, l.Low, l.High, d)
		}
		for k := l.Low; k < l.High; k++ {
			if in[k] != "" {
				return nil, fmt.Errorf("generator: the levels %s and %s overlap: give each part of the code once", in[k], name)
			}
			in[k] = name
		}
	}
	var dims []int
	for k, name := range in {
		if name != "" {
			dims = append(dims, k)
		}
	}
	return dims, nil
}
