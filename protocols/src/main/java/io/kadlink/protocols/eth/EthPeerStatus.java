package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.Peer;
import java.util.Optional;

/**
 * What is known of a peer whose Status was accepted. A snapshot.
 *
 * @param head its best block, when it is known
 */
public record EthPeerStatus(Peer peer, EthVersion version, Optional<BlockId> head) {}
