export { createDirectives } from './capability.ts'
export { fulfilCondition } from './closing/verify.ts'
export { clocksMoved as directiveClocksMoved, directiveMoved } from './events.ts'
export { type Condition, stateNames as directiveStateNames } from './model.ts'
export { DirectivesOf } from './pages/of-source.tsx'
export { countDirectives, type DirectiveCounts } from './reading/count.ts'
export {
  type DirectiveOfSource,
  type DirectiveSource,
  type DirectiveSummary,
  directiveFormPath,
  listConditions,
  listDirectivesOf,
  summariseDirectives,
  type WaitingCondition,
} from './reading/faces.ts'
export { listMovedParts, type MovedPart } from './reading/moved.ts'
