#!/bin/sh
# What `/` answers: the application's version and a variable of the stage it runs in.
printf 'Content-Type: text/plain\r\n\r\n'
printf 'hello, version %s, log level %s\n' "$(cat ../version)" "${LOG_LEVEL:-info}"
