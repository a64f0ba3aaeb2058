package lcfv

import "github.com/lcfv-go/lcfv/factor"

// classFile is the JSON form of a ClassRecord.
type classFile struct {
	Condition string        `json:"condition"`
	HeldOut   bool          `json:"held_out,omitempty"`
	Inversion inversionFile `json:"inversion"`
	Own       *ownFile      `json:"own,omitempty"`
}

// ownFile is the calibration of a class alone; the direction is the control's.
type ownFile struct {
	Calibration calibrationFile `json:"calibration"`
	Range       [2]float64      `json:"range"`
	Fit         fitFile         `json:"fit"`
	Errors      errorsFile      `json:"errors,omitzero"`
}

func classFilesOf(classes []ClassRecord) []classFile {
	var out []classFile
	for _, k := range classes {
		f := classFile{Condition: k.Condition, HeldOut: k.HeldOut, Inversion: inversionFile(k.Inversion)}
		if m := k.Own; m != nil {
			f.Own = &ownFile{calibrationFile(m.G), [2]float64{m.Low, m.High}, fitFile(m.Report), errorsFile(m.Errors)}
		}
		out = append(out, f)
	}
	return out
}

// classesOf returns the records of classes of a control with the direction u.
func classesOf(files []classFile, u []float64) []ClassRecord {
	var out []ClassRecord
	for _, f := range files {
		k := ClassRecord{Condition: f.Condition, HeldOut: f.HeldOut, Inversion: InversionRecord(f.Inversion)}
		if o := f.Own; o != nil {
			k.Own = &factor.Model{
				U: u, G: factor.Calibration(o.Calibration), Low: o.Range[0], High: o.Range[1],
				Errors: factor.Errors(o.Errors), Report: factor.Report(o.Fit),
			}
		}
		out = append(out, k)
	}
	return out
}
