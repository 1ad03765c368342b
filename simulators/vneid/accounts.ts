// People and organisations that do not exist. No province has the code 999, so no number here can be anybody's.

export interface SimulatedAccount {
  /** What is typed to sign in. */
  login: string
  /** How the provider calls it to others; says nothing by itself. */
  sub: string
  /** The highest level it has been registered for. */
  level: 1 | 2
  name: string
  birthDate: string
  sex: 'male' | 'female'
  /** Absent: the account was never checked against a card. */
  number?: string
  organisation?: { identifier: string; name: string }
}

/** One for all of them: it protects nothing. */
export const password = 'vneid-mo-phong'
export const oneTimeCode = '000000'

export const accounts: readonly SimulatedAccount[] = [
  {
    login: '999190000011',
    sub: 'sim-5b1f0c11',
    level: 1,
    name: 'Nguyễn Thị Thử Nghiệm',
    birthDate: '1990-05-12',
    sex: 'female',
    number: '999190000011',
  },
  {
    login: '999085000022',
    sub: 'sim-5b1f0c22',
    level: 2,
    name: 'Trần Văn Giả Định',
    birthDate: '1985-11-03',
    sex: 'male',
    number: '999085000022',
  },
  {
    login: '999179000033',
    sub: 'sim-5b1f0c33',
    level: 2,
    name: 'Lê Thị Ví Dụ',
    birthDate: '1979-02-28',
    sex: 'female',
    number: '999179000033',
  },
  {
    login: 'le.thi.vi.du',
    sub: 'sim-5b1f0c44',
    level: 1,
    name: 'Lê Thị Ví Dụ',
    birthDate: '1979-02-28',
    sex: 'female',
  },
  {
    login: 'to-chuc-vi-du',
    sub: 'sim-5b1f0c55',
    level: 2,
    name: 'Trần Văn Giả Định',
    birthDate: '1985-11-03',
    sex: 'male',
    number: '999085000022',
    organisation: { identifier: '9990000001', name: 'Công ty TNHH Ví Dụ Hư Cấu' },
  },
]

export const findByLogin = (login: string) => accounts.find((one) => one.login === login.trim())
export const findBySub = (sub: string) => accounts.find((one) => one.sub === sub)

/** What a relying party may be told. The names are this simulator's own: those of the real one are not published. */
export function claimsOf(account: SimulatedAccount) {
  return {
    sub: account.sub,
    name: account.name,
    birthdate: account.birthDate,
    gender: account.sex,
    personal_identification_number: account.number,
    account_type: account.organisation ? 'organisation' : 'personal',
    ...(account.organisation && {
      organisation_identifier: account.organisation.identifier,
      organisation_name: account.organisation.name,
    }),
  }
}
