#!/usr/bin/env node
import { run } from './cli/program'

run(process)
