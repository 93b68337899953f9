package io.kadlink.protocols.eth.rules;

/** The rules a block is under, as far as headers and value transfers can tell them apart. */
public enum Fork {
  /** Frontier to Berlin. */
  BEFORE_LONDON,
  /** Base fee (EIP-1559). London and Paris. */
  LONDON,
  /** Withdrawals (EIP-4895), init-code limit (EIP-3860). */
  SHANGHAI,
  /** Blob gas and the beacon block root in the header (EIP-4844, EIP-4788). */
  CANCUN,
  /** Requests hash (EIP-7685), history and request contracts, calldata floor (EIP-7623). */
  PRAGUE,
  /** Osaka and whatever else comes after Prague. */
  LATER;

  public boolean has(Fork fork) {
    return compareTo(fork) >= 0;
  }

  /** The fork before this one; the first has none but itself. */
  public Fork previous() {
    return switch (this) {
      case BEFORE_LONDON, LONDON -> BEFORE_LONDON;
      case SHANGHAI -> LONDON;
      case CANCUN -> SHANGHAI;
      case PRAGUE -> CANCUN;
      case LATER -> PRAGUE;
    };
  }
}
