"""The picture tour and what it is made of. Nothing is imported here: who only needs its hands pays for nothing else."""
