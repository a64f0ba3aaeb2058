package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// verdict is what became of a case.
type verdict struct {
	name      string // the case's
	constants int    // inputs that had to be constants, of a case that passed
	failure   error  // nil for cases that passed or are not supported
	refusal   error  // why a case is not supported
}

// table holds the verdicts by operator.
type table map[string][]verdict

// String lists operators with counts, then what is not supported, with reasons.
func (t table) String() string {
	var b strings.Builder
	var sum [4]int
	row := func(name string, n [4]int) {
		fmt.Fprintf(&b, "%-44s %6d %6d %13d %14d\n", name, n[0], n[1], n[2], n[3])
	}
	fmt.Fprintf(&b, "%-44s %6s %6s %13s %14s\n", "operator", "passed", "failed", "not supported", "with constants")
	for _, op := range slices.Sorted(maps.Keys(t)) {
		var n [4]int
		for _, v := range t[op] {
			switch {
			case v.failure != nil:
				n[1]++
			case v.refusal != nil:
				n[2]++
			default:
				n[0]++
				if v.constants > 0 {
					n[3]++
				}
			}
		}
		row(op, n)
		for i := range sum {
			sum[i] += n[i]
		}
	}
	row("total", sum)
	b.WriteString("\nnot supported:\n")
	for _, op := range slices.Sorted(maps.Keys(t)) {
		var reasons []string
		names := map[string][]string{}
		for _, v := range t[op] {
			if v.refusal == nil {
				continue
			}
			why := v.refusal.Error()
			if names[why] == nil {
				reasons = append(reasons, why)
			}
			names[why] = append(names[why], v.name)
		}
		for _, why := range reasons {
			fmt.Fprintf(&b, "%s: %s: %s\n", op, strings.Join(names[why], " "), why)
		}
	}
	b.WriteString("\nleft out:\n")
	for _, name := range slices.Sorted(maps.Keys(contradictory)) {
		fmt.Fprintf(&b, "%s: %s\n", name, contradictory[name])
	}
	return b.String()
}

// derivativeTable lists the same of derivatives.
func derivativeTable(all map[string]*derivatives) string {
	var b strings.Builder
	var sum derivatives
	row := func(name string, d *derivatives) {
		fmt.Fprintf(&b, "%-44s %7d %6d %13d %6d %9d of %d\n", name, d.checked, d.failed, len(d.refused), d.flat, d.kinks, d.values)
	}
	fmt.Fprintf(&b, "%-44s %7s %6s %13s %6s %s\n", "operator", "checked", "failed", "no derivative", "flat", "kinks")
	for _, op := range slices.Sorted(maps.Keys(all)) {
		d := all[op]
		if d.checked+d.failed+len(d.refused)+d.flat == 0 {
			continue
		}
		row(op, d)
		sum.checked += d.checked
		sum.failed += d.failed
		sum.flat += d.flat
		sum.values += d.values
		sum.kinks += d.kinks
		sum.refused = append(sum.refused, d.refused...)
	}
	row("total", &sum)
	b.WriteString("\nno derivative:\n")
	for _, r := range sum.refused {
		fmt.Fprintln(&b, r)
	}
	return b.String()
}
