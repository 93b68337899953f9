package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the world sees this node, by a vote of networks. */
class EndpointPredictionTest {
  private static final InetSocketAddress HERE = VirtualNetwork.address(80, 1, 1, 1);
  private static final InetSocketAddress THERE = VirtualNetwork.address(90, 1, 1, 1);

  private final VirtualTime time = new VirtualTime();
  private final List<InetSocketAddress> predicted = new ArrayList<>();
  private final EndpointPrediction prediction = new EndpointPrediction(time, predicted::add);

  private static Contact at(InetSocketAddress address) {
    return Contact.of(NodeKey.generate().publicKey(), address, 0);
  }

  /** Voters in networks of their own, from number {@code from} on. */
  private void vote(int from, int count, InetSocketAddress us) {
    for (int i = from; i < from + count; i++) {
      prediction.statement(at(VirtualNetwork.address(20, i / 250, i % 250, 1)), us);
    }
  }

  @Test
  void nineVotesAreTooFewAndTenMakeAnEndpoint() {
    vote(0, EndpointPrediction.MIN_VOTES - 1, HERE);
    assertThat(predicted).isEmpty();
    vote(EndpointPrediction.MIN_VOTES - 1, 1, HERE);
    assertThat(predicted).containsExactly(HERE);
    vote(20, 5, HERE);
    assertThat(predicted).as("told once").containsExactly(HERE);
  }

  @Test
  void halfOfTheVotesIsNoMajority() {
    vote(0, 5, HERE);
    vote(5, 5, THERE);
    assertThat(predicted).isEmpty();
    vote(10, 1, THERE);
    assertThat(predicted).containsExactly(THERE);
  }

  @Test
  void aNetworkHasOneVoteHoweverManyNodesItHas() {
    vote(0, 10, HERE);
    for (int i = 0; i < 200; i++) {
      prediction.statement(at(VirtualNetwork.address(66, 6, 6, i)), THERE);
    }
    assertThat(predicted).containsExactly(HERE);
  }

  @Test
  void whoMovesIsFollowedOnceTheOldVotesAreOld() {
    vote(0, 20, HERE);
    time.pass(EndpointPrediction.VOTE_LIFETIME.minusSeconds(1));
    vote(100, 10, THERE);
    assertThat(predicted).containsExactly(HERE);
    time.pass(Duration.ofSeconds(2));
    vote(110, 1, THERE);
    assertThat(predicted).containsExactly(HERE, THERE);
  }

  @Test
  void votesAreBounded() {
    vote(0, EndpointPrediction.MAX_VOTES, HERE);
    vote(1_000, EndpointPrediction.MAX_VOTES / 2, THERE);
    assertThat(predicted).containsExactly(HERE);
    vote(2_000, 1, THERE);
    assertThat(predicted).as("the oldest fell out").containsExactly(HERE, THERE);
  }

  @Test
  void strangersCannotPlaceUsInAPrivateNetworkNorAtPortZero() {
    vote(0, 20, VirtualNetwork.address(192, 168, 1, 7));
    vote(0, 20, VirtualNetwork.address(127, 0, 0, 1));
    vote(0, 20, new InetSocketAddress(HERE.getAddress(), 0));
    assertThat(predicted).isEmpty();
  }

  @Test
  void inAPrivateNetworkEachEndpointHasAVote() {
    InetSocketAddress us = VirtualNetwork.address(192, 168, 1, 7);
    for (int i = 0; i < 10; i++) {
      prediction.statement(
          at(new InetSocketAddress(VirtualNetwork.address(192, 168, 1, 8).getAddress(), 4_000 + i)),
          us);
    }
    assertThat(predicted).containsExactly(us);
  }

  @Test
  void familiesVoteApart() throws UnknownHostException {
    InetSocketAddress us6 = new InetSocketAddress(InetAddress.getByName("2a00::1"), 30303);
    vote(0, 10, us6);
    vote(0, 10, HERE);
    assertThat(predicted).containsExactly(us6, HERE);
  }
}
