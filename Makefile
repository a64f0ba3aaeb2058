# make test      sets up and runs all tests
# make quickstart  learns three controls on the bundled generator
# make check     everything that has to hold before a change lands
# make onnxruntime  gets ONNX Runtime's library for the ort backend (npm; once for all checkouts)
# make bench     times both engines against PyTorch (needs Python), ten minutes; QUICK=-q for two
# make bench-inversion  holds inversion against the authors' optimiser in PyTorch (needs Python), ten minutes
# make bench-biggan  times gradients and steps of inversion on BigGAN at its published width (needs Python), a quarter of an hour

.PHONY: test quickstart onnxruntime check bench bench-inversion bench-biggan

test:
	go mod download
	go run ./internal/onnxruntime/fetch -optional
	go test ./...

onnxruntime:
	go run ./internal/onnxruntime/fetch

quickstart:
	go run ./examples/quickstart

check:
	.ci/run

MODELS ?= ../shared/models
.venv: bench/requirements.txt backend/testdata/export/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install -r bench/requirements.txt -r backend/testdata/export/requirements.txt
	touch .venv

# BigGAN at 128×128 with random weights: 64 channels wide, and the full 96.
bin/biggan128-%/biggan128/legacy17.onnx: .venv
	.venv/bin/python backend/testdata/export/export.py --only biggan128 --channels $* --out bin/biggan128-$*

BIGGANS = bin/biggan128-64/biggan128/legacy17.onnx bin/biggan128-96/biggan128/legacy17.onnx
bench: .venv onnxruntime $(BIGGANS)
	go build -o bin/timing ./bench/timing
	.venv/bin/python bench/compare.py $(QUICK) \
		$(MODELS)/disvae_btcvae_dsprites/generator.onnx $(MODELS)/anime_dcgan64/generator.onnx \
		$(MODELS)/biggan_tiny/generator.onnx --large biggan128-64=$(word 1,$(BIGGANS)) biggan128-96=$(word 2,$(BIGGANS))

bench-inversion: .venv onnxruntime
	go run ./bench/inversion -models $(MODELS) -python .venv/bin/python

# BigGAN at its published width with random weights, as examples/biggan exports it.
bin/biggan%.onnx: .venv
	mkdir -p bin
	.venv/bin/python examples/biggan/random_weights.py bin/biggan$*.pth --size $*
	.venv/bin/python examples/biggan/to_onnx.py bin/biggan$*.pth $@

bench-biggan: .venv onnxruntime bin/biggan128.onnx bin/biggan256.onnx
	go build -o bin/timing ./bench/timing
	.venv/bin/python bench/compare.py --seconds 40 --large bin/biggan128.onnx bin/biggan256.onnx
	go run ./bench/biggan -python .venv/bin/python bin/biggan128.onnx bin/biggan256.onnx
