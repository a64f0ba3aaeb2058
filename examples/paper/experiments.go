package main

// experiments are the subcommands, in the order of docs/experiments.md.
var experiments = []experiment{
	lossExperiment,
	constraintExperiment,
	recursionExperiment,
	betaExperiment,
	limitsExperiment,
	facesExperiment,
	classesExperiment,
	levelsExperiment,
}
