package generator

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The keys under which a model file may describe itself (ONNX metadata_props).
// ModelOptions override them.
const (
	MetaLatent  = "lcfv.latent"  // name of the input that takes latent codes
	MetaPrior   = "lcfv.prior"   // as ParsePrior reads it
	MetaRange   = "lcfv.range"   // "LOW,HIGH": the pixel values of black and white
	MetaLevels  = "lcfv.levels"  // sizes of the levels in order, "20,20,40" or "coarse:20,fine:60"
	MetaClasses = "lcfv.classes" // JSON list of class names, in the order of their indices
)

// PixelRange is the pair of values that a model draws black and white with. The
// zero value stands for "not stated".
type PixelRange struct{ Low, High float64 }

func (r PixelRange) stated() bool { return r != PixelRange{} }

func (r PixelRange) validate() error {
	if !(r.Low < r.High) || math.IsInf(r.Low, 0) || math.IsInf(r.High, 0) {
		return fmt.Errorf("generator: pixel range %g,%g: write the value of black and the larger one of white, such as -1,1", r.Low, r.High)
	}
	return nil
}

// ParsePixelRange reads "LOW,HIGH", for example "-1,1".
func ParsePixelRange(s string) (PixelRange, error) {
	low, high, found := strings.Cut(s, ",")
	l, errLow := strconv.ParseFloat(strings.TrimSpace(low), 64)
	h, errHigh := strconv.ParseFloat(strings.TrimSpace(high), 64)
	if !found || errLow != nil || errHigh != nil {
		return PixelRange{}, fmt.Errorf("generator: pixel range %q: write two numbers, such as -1,1", s)
	}
	r := PixelRange{l, h}
	return r, r.validate()
}

func parseClasses(s string) ([]string, error) {
	var names []string
	if err := json.Unmarshal([]byte(s), &names); err != nil {
		return nil, fmt.Errorf("generator: %s is not a JSON list of names: %w", MetaClasses, err)
	}
	return names, nil
}
