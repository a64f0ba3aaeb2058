package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
)

// chooseLevels finds the levels of g of the names in list, which have commas between
// them. An empty list stands for the whole code, nil.
func chooseLevels(g generator.Generator, list string) ([]generator.Level, error) {
	if list == "" {
		return nil, nil
	}
	if len(g.Info().Levels) == 0 {
		return nil, fmt.Errorf("%w: -levels: the model states none: give their sizes with -level-sizes", errUsage)
	}
	names := strings.Split(list, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	levels, err := g.Info().Select(names...)
	if err != nil {
		return nil, fmt.Errorf("%w: -levels: %w", errUsage, err)
	}
	return levels, nil
}

// levelResult is a level in what learn -json prints.
type levelResult struct {
	Name string  `json:"name"`
	Norm float64 `json:"norm"` // of the part of the direction in it
}

// levelResults lists the levels of a control's generator, where it states some.
func levelResults(c *lcfv.Control) ([]levelResult, error) {
	levels := c.Generator.Levels
	norms, err := c.LevelNorms(levels)
	if err != nil {
		return nil, err
	}
	var out []levelResult
	for i, l := range levels {
		out = append(out, levelResult{l.Name, norms[i]})
	}
	return out, nil
}

// printLevels writes the norm of the direction in each of the levels.
func printLevels(w io.Writer, label string, of []levelResult) {
	if len(of) == 0 {
		return
	}
	parts := make([]string, len(of))
	for i, l := range of {
		parts[i] = fmt.Sprintf("%s %.3f", l.Name, l.Norm)
	}
	fmt.Fprintf(w, "%s%s (norm of the direction in each)\n", label, strings.Join(parts, ", "))
}

// inspectLevels says where a control keeps the factor, and what it is restricted to.
func inspectLevels(w io.Writer, c *lcfv.Control) {
	if of, err := levelResults(c); err != nil {
		fmt.Fprintf(w, "levels       %v\n", err)
	} else {
		printLevels(w, "levels       ", of)
	}
	if l := c.Inversion.Levels; l != nil {
		fmt.Fprintf(w, "learned on   %s\n", levelNames(l))
	}
	if c.Moves != nil {
		fmt.Fprintf(w, "moves        only %s\n", levelNames(c.Moves))
	}
}

func levelNames(levels []generator.Level) string {
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = fmt.Sprintf("%s (%d to %d)", l.Name, l.Low, l.High-1)
	}
	return strings.Join(names, ", ")
}
