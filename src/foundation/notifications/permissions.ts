/** Sees what became of messages, writes their words. */
export const managePermission = 'notification:manage'
/** Tells what became of a message: for the tokens of gateways. */
export const receiptPermission = 'notification:receipt'
