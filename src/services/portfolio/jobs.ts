import { z } from 'zod'
import { defineJob, handleJob, type JobHandler } from '#platform/jobs'
import { findSlowProjects } from './slow.ts'

/** Days go by without anybody's deed: what is late by them is found within the hour, and at a start. */
export const slowJob = defineJob('portfolio.find-slow', z.object({}))

export const jobs: readonly JobHandler[] = [handleJob(slowJob, findSlowProjects, '7 * * * *')]
