package dsprites

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// fields calls f with every length-delimited field of a protocol buffer message.
func fields(t *testing.T, message []byte, f func(num protowire.Number, value []byte)) {
	t.Helper()
	for len(message) > 0 {
		num, typ, n := protowire.ConsumeTag(message)
		require.Positive(t, n)
		message = message[n:]
		n = protowire.ConsumeFieldValue(num, typ, message)
		require.GreaterOrEqual(t, n, 0)
		if typ == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message[:n])
			f(num, value)
		}
		message = message[n:]
	}
}

func TestDecoderMetadata(t *testing.T) {
	const metadataProps, key, value = 14, 1, 2 // of onnx.proto's ModelProto and its entries
	got := map[string]string{}
	fields(t, Decoder(), func(num protowire.Number, entry []byte) {
		if num != metadataProps {
			return
		}
		var pair [3]string
		fields(t, entry, func(num protowire.Number, text []byte) { pair[num] = string(text) })
		got[pair[key]] = pair[value]
	})
	require.Equal(t, map[string]string{"lcfv.latent": "z", "lcfv.prior": "normal", "lcfv.range": "0,1"}, got)
}

func TestDecoderIsACopy(t *testing.T) {
	Decoder()[0] ^= 0xff
	require.Equal(t, decoder, Decoder())
}

// The report must speak of the file that is bundled.
func TestDecoderIsTheOneReported(t *testing.T) {
	raw, err := os.ReadFile("train/report.json")
	require.NoError(t, err)
	var report struct {
		SHA256 string `json:"decoder_sha256"`
	}
	require.NoError(t, json.Unmarshal(raw, &report))
	sum := sha256.Sum256(Decoder())
	require.Equal(t, report.SHA256, hex.EncodeToString(sum[:]))
}
