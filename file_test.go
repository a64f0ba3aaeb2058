package lcfv_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
)

func written(t testing.TB, c *lcfv.Control) string {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, c.Write(&buf))
	return buf.String()
}

func TestReadRefuses(t *testing.T) {
	good := written(t, byHand())
	replaced := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":                 {"", "unexpected end"},
		"truncated":             {good[:len(good)/2], "unexpected end"},
		"other JSON":            {`{"a": 1}`, "schema"},
		"a list":                {`[1, 2]`, "cannot unmarshal"},
		"newer schema":          {replaced(`"schema": 2`, `"schema": 3`), "update lcfv"},
		"schema of no library":  {replaced(`"schema": 2`, `"schema": 0`), "does not exist"},
		"unknown field":         {replaced(`"unit"`, `"units"`), "units"},
		"no transform":          {replaced(`"translate-x"`, `""`), "names no transform"},
		"direction too short":   {replaced(`"latent": 4`, `"latent": 5`), "4 numbers"},
		"direction of length 2": {replaced("\"direction\": [\n    1,", "\"direction\": [\n    2,"), "norm"},
		"g that falls":          {replaced("-0.3", "0.4"), "increase"},
		"range upside down":     {replaced("-0.2", "0.3"), "range"},
	} {
		_, err := lcfv.Read(strings.NewReader(c.text))
		require.ErrorIs(t, err, lcfv.ErrFormat, name)
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
}

func TestWriteRefuses(t *testing.T) {
	c := byHand()
	c.Model.U[1] = 1
	require.ErrorContains(t, c.Write(new(bytes.Buffer)), "norm")
}

// Whatever is read is a control that can be used and written again.
func FuzzRead(f *testing.F) {
	good := written(f, byHand())
	f.Add([]byte(good))
	f.Add([]byte(good[:100]))
	limited := byHand()
	limited.Limits = &lcfv.Limits{Low: -0.1, High: 0.15, Change: 0.08}
	f.Add([]byte(written(f, limited)))
	curved := byHand()
	curved.Curve = turning()
	f.Add([]byte(written(f, curved)))
	f.Add([]byte(`{"schema": 1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := lcfv.Read(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, lcfv.ErrFormat)
			return
		}
		z := make([]float32, c.Generator.D)
		_, err = c.Position(z)
		require.NoError(t, err)
		low, _ := c.Range()
		if err := c.Set(z, z, low); err != nil {
			require.True(t, c.Limits != nil || c.Curve != nil)
			require.ErrorIs(t, err, lcfv.ErrOutOfRange)
		}
		again, err := lcfv.Read(strings.NewReader(written(t, c)))
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
