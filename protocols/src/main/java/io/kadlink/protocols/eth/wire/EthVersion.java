package io.kadlink.protocols.eth.wire;

/** The versions of the eth protocol that are spoken here (devp2p caps/eth.md §Change Log). */
public enum EthVersion {
  /** EIP-5793: announcements of transactions with types and sizes. */
  ETH_68(68, 17),
  /** EIP-7642: block ranges in place of total difficulty, receipts without bloom. */
  ETH_69(69, 18),
  /** EIP-7975: receipts of one block in several answers. */
  ETH_70(70, 18),
  /** EIP-8159: block access lists. */
  ETH_71(71, 20),
  /** EIP-8070: blobs as cells. */
  ETH_72(72, 22);

  private final int number;
  private final int messageCount;

  EthVersion(int number, int messageCount) {
    this.number = number;
    this.messageCount = messageCount;
  }

  /** The version as Hello lists it. */
  public int number() {
    return number;
  }

  /** How many message codes it reserves, unused ones in between included. */
  public int messageCount() {
    return messageCount;
  }

  /** Whether it is {@code since} or newer. */
  public boolean has(EthVersion since) {
    return compareTo(since) >= 0;
  }

  /** {@code eth/68}. */
  @Override
  public String toString() {
    return "eth/" + number;
  }
}
