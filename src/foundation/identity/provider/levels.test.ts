/**
 * What an application may ask of a sign-in, asked by the certified client library openid-client: a level (`acr_values`) and how long ago it
 * may have been (`max_age`); and what the identity token says of it.
 */
import assert from 'node:assert/strict'
import type { IDToken } from 'openid-client'
import * as client from 'openid-client'
import { generateSync } from 'otplib'
import { type CloneTest, cloneTest } from '#test/harness'
import { askFor, discover, exchange, openBrowser, password, register, signInAs } from './relying-party.ts'

type Browser = ReturnType<typeof openBrowser>

/** Gives the one signed in an authenticator that makes codes. @returns its secret */
async function setUpCodes(browser: Browser): Promise<string> {
  const { body } = await browser.post('/tai-khoan/ma-dung-mot-lan/bat-dau', {})
  const secret = (/<span class="code">([A-Z2-7 ]+)<\/span>/.exec(body)?.[1] ?? '').replaceAll(' ', '')
  // Of the half minute before: the code of now is still to be used, and each works once.
  const code = codeOf(secret, -30)
  assert.match((await browser.post('/tai-khoan/ma-dung-mot-lan', { code })).body, /khôi phục/)
  return secret
}

const seconds = () => Math.floor(Date.now() / 1000)
const codeOf = (secret: string, later = 0) => generateSync({ secret, epoch: seconds() + later })

/** As if everything so far had happened earlier. */
async function letPass(t: CloneTest, account: string, minutes: number): Promise<void> {
  await t.sql`
    update identity.session set authenticated_at = authenticated_at - ${minutes} * interval '1 minute'
    where account = ${account}`
  await t.sql`
    update identity.provider_artifact
    set payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::int - ${minutes * 60}::int))
    where model = 'Session' and payload ? 'loginTs'`
}

function claimsOf(tokens: { claims(): IDToken | undefined }): IDToken {
  const claims = tokens.claims()
  assert.ok(claims)
  return claims
}

cloneTest(
  'an application asks for a level and a fresh sign-in; the person steps up, and the token says how and when',
  async (t) => {
    t.app.config.publicUrl = t.url
    await register(t, { kind: 'public', id: 'ky-cong-van', trusted: true })
    const config = await discover(t, 'ky-cong-van', client.None())
    const browser = openBrowser(t)
    await signInAs(browser, 'lanhdao', '/dang-nhap')
    const secret = await setUpCodes(browser)

    // Signed in again by the password alone: that is less than two factors.
    const plain = openBrowser(t)
    await signInAs(plain, 'lanhdao', '/dang-nhap')
    const easy = await askFor(config, { acr_values: 'password' })
    const first = claimsOf(await exchange(config, (await plain.follow(easy.url.href)).url, easy))
    assert.equal(first.acr, 'password')
    assert.deepEqual(first.amr, ['pwd'])
    const silent = await askFor(config, { acr_values: 'two-factor', prompt: 'none' })
    assert.equal((await plain.follow(silent.url.href)).url.searchParams.get('error'), 'login_required')

    const strong = await askFor(config, { acr_values: 'two-factor', max_age: '900' })
    const asked = await plain.follow(strong.url.href)
    assert.match(asked.body, /Xác nhận thêm một bước/)
    assert.doesNotMatch(asked.body, /Xác nhận bằng mật khẩu/, 'the password again would not be enough')
    assert.equal(
      (await plain.post(`${asked.url.pathname}/xac-nhan`, { cach: 'mat-khau', password })).answer?.status,
      422,
      'nor is it taken from who sends it all the same',
    )
    const before = seconds()
    const raised = await plain.post(`${asked.url.pathname}/xac-nhan`, { cach: 'ma', code: codeOf(secret) })
    const second = claimsOf(await exchange(config, raised.url, strong))
    assert.equal(second.acr, 'two-factor')
    assert.deepEqual([...(second.amr as string[])].sort(), ['mfa', 'otp', 'pwd'])
    assert.ok(Number(second.auth_time) >= before && Number(second.auth_time) <= seconds())
    assert.equal(second.sub, first.sub)

    // Fresh enough: nobody is asked, and the time is that of the proof.
    await letPass(t, 'lanhdao', 10)
    const within = await askFor(config, { acr_values: 'two-factor', max_age: '900' })
    const third = claimsOf(await exchange(config, (await plain.follow(within.url.href)).url, within))
    assert.equal(third.acr, 'two-factor')
    assert.ok(Number(third.auth_time) <= seconds() - 590, 'the time of the proof, not of the asking')

    // Too long ago: asked again, by what proves the level, and the time is new.
    await letPass(t, 'lanhdao', 10)
    const late = await askFor(config, { acr_values: 'two-factor', max_age: '900' })
    const tooOld = await plain.follow(late.url.href)
    assert.match(tooOld.body, /Xác nhận thêm một bước/)
    const quiet = await askFor(config, { max_age: '900', prompt: 'none' })
    assert.equal((await plain.follow(quiet.url.href)).url.searchParams.get('error'), 'login_required')
    const again = seconds()
    const renewed = await plain.post(`${tooOld.url.pathname}/xac-nhan`, { cach: 'ma', code: codeOf(secret, 30) })
    const fourth = claimsOf(await exchange(config, renewed.url, late))
    assert.equal(fourth.acr, 'two-factor')
    assert.ok(Number(fourth.auth_time) >= again)

    // Who turns back is not let in by less than was asked for.
    const weak = openBrowser(t)
    await signInAs(weak, 'phantich', '/dang-nhap')
    const refused = await askFor(config, { acr_values: 'two-factor' })
    const question = await weak.follow(refused.url.href)
    const back = await weak.post(`${question.url.pathname}/thoi`, {})
    assert.equal(back.url.searchParams.get('error'), 'unmet_authentication_requirements')
    assert.equal(back.url.searchParams.get('code'), null)
  },
)
