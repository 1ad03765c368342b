/**
 * A certificate authority of nobody, made afresh on openssl in a folder: a root, an issuing authority under it, an authority nobody trusts,
 * and those who sign (RSA and ECDSA, a seal, one expired), a time-stamp authority and who answers about revocation. Fictional names.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Authority {
  folder: string
  openssl(args: readonly string[]): Promise<void>
  path(name: string): string
}

interface Issue {
  name: string
  subject: string
  kind: 'rsa' | 'ecdsa'
  by: 'root' | 'issuing' | 'strange'
  extensions: string
  /** YYYYMMDDHHMMSSZ; absent: from yesterday for two years. */
  from?: string
  to?: string
}

const day = 86_400_000
const stampOf = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`

const authoritySection = (name: string) => `[ca_${name}]
dir=.
database=${name}.index
serial=${name}.serial
crlnumber=${name}.crlnumber
new_certs_dir=.
certificate=${name}.pem
private_key=${name}.key
default_md=sha256
default_crl_days=7
policy=policy
unique_subject=no
copy_extensions=none
`

const configuration = (baseUrl: string) => `[req]
distinguished_name=dn
string_mask=utf8only
utf8=yes
[dn]
[policy]
C=optional
O=optional
OU=optional
CN=supplied
${['root', 'issuing', 'strange'].map(authoritySection).join('')}
[authority]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[places]
authorityInfoAccess=OCSP;URI:${baseUrl}/ocsp,caIssuers;URI:${baseUrl}/ca/issuing.cer
crlDistributionPoints=URI:${baseUrl}/crl/issuing.crl
[under_root]
basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
crlDistributionPoints=URI:${baseUrl}/crl/root.crl
[signer]
basicConstraints=CA:false
keyUsage=critical,digitalSignature,nonRepudiation
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
authorityInfoAccess=OCSP;URI:${baseUrl}/ocsp,caIssuers;URI:${baseUrl}/ca/issuing.cer
crlDistributionPoints=URI:${baseUrl}/crl/issuing.crl
[tsa]
basicConstraints=CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
authorityInfoAccess=OCSP;URI:${baseUrl}/ocsp
crlDistributionPoints=URI:${baseUrl}/crl/issuing.crl
[ocsp]
basicConstraints=CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=OCSPSigning
noCheck=
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[tsa_ok]
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha384,sha512
accuracy=secs:1
ordering=no
tsa_name=no
ess_cert_id_chain=no
ess_cert_id_alg=sha256
serial=tsa.serial
crypto_device=builtin
certs=tsa-chain.pem
`

/** The names that certificates are issued under; also the names of their files. */
const issues: readonly Issue[] = [
  {
    name: 'issuing',
    subject: '/C=VN/O=Tổ chức Minh Họa/CN=CA cấp chứng thư Minh Họa',
    kind: 'ecdsa',
    by: 'root',
    extensions: 'under_root',
  },
  {
    name: 'person',
    subject: '/C=VN/O=Sở Minh Họa/CN=Nguyễn Thị Ví Dụ',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'deputy',
    subject: '/C=VN/O=Sở Minh Họa/CN=Trần Đức Thử Nghiệm',
    kind: 'ecdsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'leader',
    subject: '/C=VN/O=Sở Minh Họa/CN=Nguyễn Văn Mẫu',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'leaver',
    subject: '/C=VN/O=Sở Minh Họa/CN=Nguyễn Văn Mẫu',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'mover',
    subject: '/C=VN/O=Sở Minh Họa/CN=Nguyễn Văn Mẫu',
    kind: 'ecdsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'seal',
    subject: '/C=VN/O=Ủy ban nhân dân tỉnh Minh Họa/CN=Sở Minh Họa',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'signer',
  },
  {
    name: 'expired',
    subject: '/C=VN/O=Sở Minh Họa/CN=Lê Văn Hết Hạn',
    kind: 'ecdsa',
    by: 'issuing',
    extensions: 'signer',
    from: stampOf(Date.now() - 800 * day),
    to: stampOf(Date.now() - 2 * day),
  },
  {
    name: 'stranger',
    subject: '/C=VN/O=Không Ai Biết/CN=Kẻ Mạo Danh',
    kind: 'ecdsa',
    by: 'strange',
    extensions: 'signer',
  },
  {
    name: 'tsa',
    subject: '/C=VN/O=Tổ chức Minh Họa/CN=Dấu thời gian Minh Họa',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'tsa',
  },
  {
    name: 'tsa-expired',
    subject: '/C=VN/O=Tổ chức Minh Họa/CN=Dấu thời gian hết hạn',
    kind: 'rsa',
    by: 'issuing',
    extensions: 'tsa',
    from: stampOf(Date.now() - 800 * day),
    to: stampOf(Date.now() - 2 * day),
  },
  {
    name: 'ocsp',
    subject: '/C=VN/O=Tổ chức Minh Họa/CN=OCSP Minh Họa',
    kind: 'ecdsa',
    by: 'issuing',
    extensions: 'ocsp',
  },
]

/** Makes everything; `baseUrl` is where revocation will be asked about. */
export async function makeAuthority(folder: string, baseUrl: string): Promise<Authority> {
  await mkdir(folder, { recursive: true })
  const openssl = async (args: readonly string[]) => {
    await run('openssl', args, { cwd: folder, timeout: 60_000 })
  }
  const authority: Authority = { folder, openssl, path: (name) => join(folder, name) }
  await writeFile(join(folder, 'ca.cnf'), configuration(baseUrl))
  await writeFile(join(folder, 'tsa.serial'), '01\n')
  for (const name of ['root', 'issuing', 'strange']) {
    await writeFile(join(folder, `${name}.index`), '')
    await writeFile(join(folder, `${name}.index.attr`), 'unique_subject = no\n')
    await writeFile(join(folder, `${name}.serial`), '1001\n')
    await writeFile(join(folder, `${name}.crlnumber`), '01\n')
  }
  await Promise.all(['root', 'strange'].map((name) => makeRoot(authority, name)))
  const [first, ...rest] = issues
  if (first) await issue(authority, first)
  await Promise.all(rest.map((one) => request(authority, one)))
  for (const one of rest) await certify(authority, one)
  await writeFile(join(folder, 'tsa-chain.pem'), await readFile(join(folder, 'issuing.pem')))
  await Promise.all(['root', 'issuing'].map((name) => makeCrl(authority, name)))
  return authority
}

async function makeRoot({ openssl }: Authority, name: string): Promise<void> {
  const subject =
    name === 'root' ? '/C=VN/O=Tổ chức Minh Họa/CN=CA gốc Minh Họa' : '/C=VN/O=Không Ai Biết/CN=CA không ai tin'
  await makeKey({ openssl }, name, 'ecdsa')
  await openssl([
    'req',
    '-x509',
    '-new',
    '-utf8',
    '-config',
    'ca.cnf',
    '-extensions',
    'authority',
    '-key',
    `${name}.key`,
    '-subj',
    subject,
    '-days',
    '3650',
    '-sha256',
    '-out',
    `${name}.pem`,
  ])
}

const makeKey = ({ openssl }: Pick<Authority, 'openssl'>, name: string, kind: 'rsa' | 'ecdsa') =>
  openssl(
    kind === 'rsa'
      ? ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', `${name}.key`]
      : ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`],
  )

async function request(authority: Authority, { name, kind, subject }: Issue): Promise<void> {
  await makeKey(authority, name, kind)
  await authority.openssl([
    'req',
    '-new',
    '-utf8',
    '-config',
    'ca.cnf',
    '-key',
    `${name}.key`,
    '-subj',
    subject,
    '-out',
    `${name}.csr`,
  ])
}

const certify = ({ openssl }: Authority, { name, by, extensions, from, to }: Issue) =>
  openssl([
    ...['ca', '-batch', '-utf8', '-notext', '-config', 'ca.cnf', '-name', `ca_${by}`, '-extensions', extensions],
    ...['-startdate', from ?? stampOf(Date.now() - day), '-enddate', to ?? stampOf(Date.now() + 730 * day)],
    ...['-in', `${name}.csr`, '-out', `${name}.pem`],
  ])

async function issue(authority: Authority, one: Issue): Promise<void> {
  await request(authority, one)
  await certify(authority, one)
}

/** The list of what was revoked, anew. */
export async function makeCrl({ openssl }: Authority, name: string): Promise<void> {
  await openssl(['ca', '-gencrl', '-config', 'ca.cnf', '-name', `ca_${name}`, '-out', `${name}.crl.pem`])
  await openssl(['crl', '-in', `${name}.crl.pem`, '-outform', 'DER', '-out', `${name}.crl`])
}

export async function revoke(authority: Authority, name: string): Promise<void> {
  await authority.openssl([
    'ca',
    '-config',
    'ca.cnf',
    '-name',
    'ca_issuing',
    '-revoke',
    `${name}.pem`,
    '-crl_reason',
    'keyCompromise',
  ])
  await makeCrl(authority, 'issuing')
}
