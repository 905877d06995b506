// What a person does at the server's page, and sees there.

import { DEADLINE_MS } from './wait.mjs';

export class ChatPage {
  constructor(page) {
    this.page = page;
    this.text = page.getByLabel('Message', { exact: true });
  }

  async register(server, email, password) {
    await this.page.goto(`http://${server.host}:${server.port}/`);
    await this.page.getByText('Register').click();
    return this.fillIn(email, password, 'Register');
  }

  async fillIn(email, password, button) {
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: button }).click();
  }

  /** Gives the person's number. */
  async isLive() {
    await this.page.locator('#app[data-state=live]').waitFor();
    return Number((await this.page.locator('#me').textContent()).match(/\d+/)[0]);
  }

  async beginChat(users, name) {
    await this.page.getByRole('button', { name: 'New chat' }).click();
    const dialog = this.page.locator('#new-chat');
    await dialog.getByLabel('With').fill(users.join(', '));
    if (name) await dialog.getByLabel('Name').fill(name);
    await this.page.getByRole('button', { name: 'Begin' }).click();
    await this.text.waitFor();
  }

  async members() {
    await this.page.getByRole('button', { name: 'Members', exact: true }).click();
    await this.page.getByRole('button', { name: 'Leave chat' }).waitFor();
  }

  openChat(title) {
    return this.page.locator('.chat', { hasText: title }).click();
  }

  async write(text) {
    await this.text.fill(text);
    await this.text.press('Enter');
  }

  /** The bubble of a text, once it is there. */
  async message(text) {
    const bubble = this.page.locator('.message', { hasText: text }).last();
    await bubble.waitFor();
    return bubble;
  }

  /** Waits until the ticks of a message of one's own say that. */
  async ticks(text, state) {
    await (await this.message(text)).locator(`.ticks.${state}`).waitFor();
  }

  async do(action, text) {
    const bubble = await this.message(text);
    await bubble.hover();
    await bubble.getByRole('button', { name: action }).click();
    return bubble;
  }

  /** What stands in the bubbles, from the oldest shown on. */
  texts() {
    return this.page.locator('.message .text').allTextContents();
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor();
  }

  /** Waits until the window's title is that. */
  titled(title) {
    return this.page.waitForFunction((wanted) => document.title === wanted, title, { timeout: DEADLINE_MS });
  }
}
