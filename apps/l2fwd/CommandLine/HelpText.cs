namespace PollIO.Apps.L2fwd.CommandLine;

/// <summary>What <c>--help</c> and <c>--version</c> print.</summary>
internal static class HelpText
{
    internal const string Text =
        """
        l2fwd: forwards packets between ports, and says how fast

        usage: l2fwd [--port SPEC]... [options]

          --port SPEC         a port: null:, ring:NAME, pcap:IN?tx=OUT, af_packet:eth0,
                              vhost:SOCKET, virtio-user:SOCKET, vfio:PCI-ADDRESS,
                              uio:PCI-ADDRESS
                              Ports pair up: 0 and 1, 2 and 3; one alone sends back to
                              itself. With no port, a generator and a forwarder run in
                              this process, joined by vhost and virtio-user ports: no
                              root, NIC or hugepages.
          --mode MODE         what happens to a packet (default l2)
                                l2        destination 02:00:00:00:00:NN (NN: number of
                                          the TX port), source the TX port's address
                                io        nothing; no byte is read
                                mac       destination --eth-peer, source the TX port's
                                macswap   source and destination change places
                                icmpecho  ARP, neighbour solicitation and ping for any
                                          address are answered, the rest is dropped
                                rxonly    received and freed
                                txonly    UDP packets of --size bytes are sent
          --cores LIST        CPUs to poll on, for example 1,2 or 1-3 (default: one for
                              each pair of ports and queue, the first CPU left free)
          --idle STRATEGY     when idle: spin, pause, yield, or interrupt (sleep
                              until packets arrive); default spin, or yield where no
                              CPU is left for the rest of the system
          --queues N          queues of each port (default 1)
          --burst N           packets moved by one call, 1 to 512 (default 32)
          --tx-retry N        microseconds for which packets that a full TX ring refuses
                              are offered again before they are dropped (default 0)
          --size N            bytes of a generated packet, 60 to 9018 (default 64)
          --mtu N             largest payload of a frame (default: each port's own)
          --eth-peer N,MAC    destination of what port N sends in mode mac
          --no-promisc        leave promiscuous mode off
          --duration SECONDS  how long to run (default: with ports until Ctrl-C or until
                              every source has ended, without ports 10)
          --interval SECONDS  time between live statistics (default 1; 0 for none)
          --capture FILE      copy every packet received and sent to a pcapng file
          --metrics ADDRESS   serve metrics to Prometheus, for example 127.0.0.1:9090
          --json FILE         write the summary as a JSON object; - for standard output
          --help, --version

        In the summary, packets and drops count the whole run and are exact. Rates,
        cycles a packet, allocated bytes and collections are those of the measured part,
        which begins when the warm-up (1 s, half of a shorter run) is over.
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    internal static string Version => $"l2fwd {typeof(HelpText).Assembly.GetName().Version!.ToString(3)}";
}
