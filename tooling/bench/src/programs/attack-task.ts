/** Where an attacker goes. */
export interface AttackTask {
  readonly port: number
}
