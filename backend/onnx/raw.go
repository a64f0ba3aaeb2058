package onnx

import (
	"encoding/binary"
	"math"
)

// decodeRaw reads n little-endian elements.
func decodeRaw(t DataType, n int, b []byte) (any, error) {
	if len(b) != n*t.Size() { // checked before anything is allocated
		return nil, sizeError(len(b), n*t.Size(), "bytes")
	}
	data := makeData(t, n)
	switch d := data.(type) {
	case []float32:
		for i := range d {
			d[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case []float64:
		for i := range d {
			d[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case []int64:
		for i := range d {
			d[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case []uint64:
		for i := range d {
			d[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
	case []int32:
		for i := range d {
			d[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case []uint32:
		for i := range d {
			d[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
	case []int16:
		for i := range d {
			d[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case []uint16:
		for i := range d {
			d[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
	case []int8:
		for i := range d {
			d[i] = int8(b[i])
		}
	case []uint8:
		copy(d, b)
	case []bool:
		for i := range d {
			d[i] = b[i] != 0
		}
	}
	return data, nil
}

// appendRaw appends the elements of a tensor's data, little-endian.
func appendRaw(b []byte, data any) []byte {
	switch d := data.(type) {
	case []float32:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	case []float64:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	case []int64:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	case []uint64:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	case []int32:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
	case []uint32:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	case []int16:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
	case []uint16:
		for _, v := range d {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	case []int8:
		for _, v := range d {
			b = append(b, uint8(v))
		}
	case []uint8:
		b = append(b, d...)
	case []bool:
		for _, v := range d {
			if v {
				b = append(b, 1)
			} else {
				b = append(b, 0)
			}
		}
	}
	return b
}
