export const citizenHome = '/cong-dan'
export const whoLookedPath = '/cong-dan/ai-da-xem'
export const objectionsPath = '/y-kien-tra-cuu'
export const casesPath = '/ho-so-ca-nhan'
