# make test      sets up and runs all tests
# make quickstart  learns three controls on the bundled generator
# make check     everything that has to hold before a change lands
# make bench     times the native backend against PyTorch (needs Python)

.PHONY: test quickstart check bench

test:
	go mod download
	go test ./...

quickstart:
	go run ./examples/quickstart

check:
	.ci/run

MODELS ?= ../shared/models
.venv: bench/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install -r bench/requirements.txt
	touch .venv

bench: .venv
	go build -o bin/timing ./bench/timing
	.venv/bin/python bench/compare.py $(MODELS)/disvae_btcvae_dsprites/generator.onnx $(MODELS)/anime_dcgan64/generator.onnx
