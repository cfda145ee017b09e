export { baseline } from '@millrace/reference/src/baseline.ts'
