#!/bin/sh
printf 'Content-Type: application/json\r\n\r\n'
printf '{"service":"api","shop":"%s"}\n' "$(cat /shared/name)"
