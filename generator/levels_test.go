package generator_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
)

func TestParseLevels(t *testing.T) {
	levels, err := generator.ParseLevels("coarse:2, 3,fine : 1")
	require.NoError(t, err)
	require.Equal(t, []generator.Level{{Name: "coarse", High: 2}, {Name: "level 1", Low: 2, High: 5}, {Name: "fine", Low: 5, High: 6}}, levels)
	for _, s := range []string{"", "2,0", "2,-1", "2,x", "a:", "2,,3"} {
		_, err := generator.ParseLevels(s)
		require.ErrorContains(t, err, "is not the size of a level", s)
	}
}

func TestFromModelRefusesLevels(t *testing.T) {
	for want, levels := range map[string][]generator.Level{
		"add up":             {{Name: "a", High: 1}},
		"cover 3 numbers":    {{Name: "a", High: 1}, {Name: "b", Low: 1, High: 3}},
		"must not overlap":   {{Name: "a", High: 2}, {Name: "b", Low: 1, High: 2}},
		"is nothing":         {{Name: "a"}, {Name: "b", High: 2}},
		"covers [0, -1)":     {{Name: "a", High: -1}, {Name: "b", Low: -1, High: 2}},
		"without a gap":      {{Name: "a", High: 1}, {Name: "b", Low: 2, High: 3}},
		`two levels "coarse`: {{Name: "coarse", High: 1}, {Name: "coarse", Low: 1, High: 2}},
	} {
		_, err := generator.FromModel(affine{meta: small, closed: new(bool)}, &generator.ModelOptions{Levels: levels})
		require.ErrorContains(t, err, want)
	}
	_, err := generator.FromModel(affine{meta: map[string]string{generator.MetaLevels: "1,-1,2"}, closed: new(bool)}, nil)
	require.ErrorContains(t, err, generator.MetaLevels)
}

func TestSelect(t *testing.T) {
	levels, err := generator.ParseLevels("a:2,b:1,c:2")
	require.NoError(t, err)
	info := generator.Info{Name: "toy", D: 5, Levels: levels}
	got, err := info.Select("c", "a")
	require.NoError(t, err)
	require.Equal(t, []generator.Level{levels[0], levels[2]}, got)

	_, err = info.Select("a", "d")
	require.EqualError(t, err, `generator: generator "toy" has no level "d", only "a", "b", "c"`)
	_, err = info.Select("a", "a")
	require.ErrorContains(t, err, "twice")
	_, err = info.Select()
	require.ErrorContains(t, err, `"a", "b", "c"`)
	info.Levels = nil
	_, err = info.Select("a")
	require.ErrorContains(t, err, "states none")
}

func TestDims(t *testing.T) {
	dims, err := generator.Dims([]generator.Level{{Name: "late", Low: 3, High: 5}, {Name: "early", High: 1}}, 5)
	require.NoError(t, err)
	require.Equal(t, []int{0, 3, 4}, dims)
	for want, levels := range map[string][]generator.Level{
		"give one at least":                 nil,
		`"a" covers [3, 6)`:                 {{Name: "a", Low: 3, High: 6}},
		`"a" covers [-1, 2)`:                {{Name: "a", Low: -1, High: 2}},
		`"a" covers [2, 2)`:                 {{Name: "a", Low: 2, High: 2}},
		`the levels "a" and "b" overlap`:    {{Name: "a", High: 3}, {Name: "b", Low: 2, High: 4}},
		"which is no part of a latent code": {{Name: "a", Low: 4, High: 1}},
	} {
		_, err := generator.Dims(levels, 5)
		require.ErrorContains(t, err, want)
	}
}

func ExampleInfo_Select() {
	levels, err := generator.ParseLevels("coarse:20,middle:20,fine:40")
	if err != nil {
		fmt.Println(err)
		return
	}
	info := generator.Info{Name: "toy", D: 80, Levels: levels}
	chosen, err := info.Select("coarse", "middle")
	fmt.Println(chosen, err)
	_, err = info.Select("rough")
	fmt.Println(err)
	// Output:
	// [{coarse 0 20} {middle 20 40}] <nil>
	// generator: generator "toy" has no level "rough", only "coarse", "middle", "fine"
}
