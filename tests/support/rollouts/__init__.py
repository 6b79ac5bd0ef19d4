"""An AWS for tests whose rollouts go wrong, heal, or only look wrong: one ECS service or one Lambda function, played by a
story in front of moto. README.md of tests/fixtures/rollouts tells what a story may say."""
