package lcfv_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
)

// schemaErrors checks a value against the part of JSON Schema that the documented
// schema uses, and returns what is wrong.
func schemaErrors(t *testing.T, root, schema map[string]any, v any, at string) (errs []string) {
	t.Helper()
	wrong := func(format string, args ...any) {
		errs = append(errs, at+": "+fmt.Sprintf(format, args...))
	}
	if ref, ok := schema["$ref"].(string); ok {
		defs := root["$defs"].(map[string]any)
		target, ok := defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		require.True(t, ok, ref)
		return schemaErrors(t, root, target, v, at)
	}
	if options, ok := schema["oneOf"].([]any); ok {
		fits, reasons := 0, []string(nil)
		for _, o := range options {
			if e := schemaErrors(t, root, o.(map[string]any), v, at); len(e) == 0 {
				fits++
			} else {
				reasons = append(reasons, e...)
			}
		}
		if fits != 1 {
			wrong("fits %d of the alternatives: %v", fits, reasons)
		}
		return errs
	}
	if want := schema["type"]; want != nil {
		all, ok := want.([]any)
		if !ok {
			all = []any{want}
		}
		if !slices.ContainsFunc(all, func(name any) bool { return isType(name.(string), v) }) {
			wrong("%v is no %v", v, want)
			return errs
		}
	}
	switch v := v.(type) {
	case map[string]any:
		properties := schema["properties"].(map[string]any)
		for _, name := range schema["required"].([]any) {
			if _, ok := v[name.(string)]; !ok {
				wrong("%s is missing", name)
			}
		}
		for name, value := range v {
			p, ok := properties[name].(map[string]any)
			if !ok {
				wrong("%s is not known", name)
				continue
			}
			errs = append(errs, schemaErrors(t, root, p, value, at+"."+name)...)
		}
	case []any:
		if least, ok := schema["minItems"].(float64); ok && len(v) < int(least) {
			wrong("%d items", len(v))
		}
		if most, ok := schema["maxItems"].(float64); ok && len(v) > int(most) {
			wrong("%d items", len(v))
		}
		for i, item := range v {
			errs = append(errs, schemaErrors(t, root, schema["items"].(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case float64:
		if least, ok := schema["minimum"].(float64); ok && v < least {
			wrong("%g is too small", v)
		}
		if most, ok := schema["maximum"].(float64); ok && v > most {
			wrong("%g is too large", v)
		}
	}
	return errs
}

func isType(name string, v any) bool {
	switch name {
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "string":
		_, ok := v.(string)
		return ok
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "null":
		return v == nil
	case "integer":
		f, ok := v.(float64)
		return ok && f == float64(int64(f))
	}
	_, ok := v.(float64)
	return ok && name == "number"
}

// What is written, and what was written by version 1, is what the schema says.
func TestFilesKeepToTheSchema(t *testing.T) {
	text, err := os.ReadFile("docs/control.schema.json")
	require.NoError(t, err)
	var schema map[string]any
	require.NoError(t, json.Unmarshal(text, &schema))
	check := func(file []byte) []string {
		var v any
		require.NoError(t, json.Unmarshal(file, &v))
		return schemaErrors(t, schema, schema, v, "file")
	}

	_, c := learned(t)
	c.With, c.Baseline = []string{"zoom"}, "random"
	c.Limits = &lcfv.Limits{Low: -0.1, High: 0.1, Change: 0.1, Tolerance: 0.03, Share: 0.95}
	c.Curve = turning()
	levels := []generator.Level{{Name: "early", High: 3}}
	c.Moves, c.Generator.Levels, c.Inversion.Levels, c.Model.Report.Levels = levels, levels, levels, levels
	c.Classes = []lcfv.ClassRecord{{Condition: "class 1", HeldOut: true, Inversion: c.Inversion, Own: &c.Model}, {Condition: "class 2", Inversion: c.Inversion}}
	full := written(t, c)
	require.Empty(t, check([]byte(full)))
	var set bytes.Buffer
	require.NoError(t, slanted(t).Write(&set))
	require.Empty(t, check(set.Bytes()))
	old, err := os.ReadFile("testdata/control-v1.json")
	require.NoError(t, err)
	require.Empty(t, check(old))

	for _, broken := range []string{
		strings.Replace(full, `"unit"`, `"units"`, 1),
		strings.Replace(full, `"schema": 2`, `"schema": 3`, 1),
		strings.Replace(full, `"latent": 4`, `"latent": "4"`, 1),
		strings.Replace(full, `"coverage_ci": [`, `"coverage_ci": [7,`, 1),
		strings.Replace(full, `"order": 1`, `"order": 3`, 1),
		strings.Replace(full, `"moves": [`, `"moved": [`, 1),
		strings.Replace(full, `"low": 0`, `"low": -1`, 1),
		strings.Replace(full, `"condition": "class 1"`, `"class": 1`, 1),
		strings.Replace(full, `"own": {`, `"own": {"x": 1,`, 1),
	} {
		require.NotEqual(t, full, broken)
		require.NotEmpty(t, check([]byte(broken)))
	}
}

// A file of the first version is read, and written again as one of the present.
func TestReadVersion1(t *testing.T) {
	c, err := lcfv.Load("testdata/control-v1.json", nil)
	require.NoError(t, err)
	require.Equal(t, "translate-x", c.Transform)
	require.Nil(t, c.Limits)
	z := make([]float32, c.Generator.D)
	require.NoError(t, c.Steer(z, z, 0.1))
	p, err := c.Position(z)
	require.NoError(t, err)
	require.InDelta(t, 0.1, p, 1e-5)
	again := written(t, c)
	require.Contains(t, again, `"schema": 2`)
	same, err := lcfv.Read(strings.NewReader(again))
	require.NoError(t, err)
	require.Equal(t, c, same)
	_, err = lcfv.Load("testdata/control-v1.json", blob.Generator{})
	require.ErrorIs(t, err, lcfv.ErrGenerator)
}
