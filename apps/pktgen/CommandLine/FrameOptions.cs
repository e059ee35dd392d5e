using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Traffic;
using PollIO.Wire;

namespace PollIO.Apps.Pktgen.CommandLine;

/// <summary>What the command line says of frames, while it is read: options come in any order, and some depend on others.</summary>
internal sealed class FrameOptions
{
    private string? _address4;
    private string? _address6;

    internal FrameRecipe Recipe { get; set; } = new();

    internal bool IPv6 { get; set; }

    internal bool HasDestinationPort { get; set; }

    internal int? Flows { get; set; }

    internal IReadOnlyList<Field>? Fields { get; set; }

    internal uint? Seed { get; set; }

    /// <summary>Takes an address of either version.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    internal void SetAddress(string name, string value, bool isSource)
    {
        if (IPv4Address.TryParse(value, out IPv4Address address4))
        {
            Recipe = isSource ? Recipe with { Source4 = address4 } : Recipe with { Destination4 = address4 };
            _address4 = name;
        }
        else if (IPv6Address.TryParse(value, out IPv6Address address6))
        {
            Recipe = isSource ? Recipe with { Source6 = address6 } : Recipe with { Destination6 = address6 };
            _address6 = name;
        }
        else
        {
            throw new UsageException($"{name} {value}: an IPv4 or IPv6 address is wanted");
        }
    }

    /// <summary>The headers asked for.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    internal FrameRecipe CreateRecipe()
    {
        if (_address4 is not null && (IPv6 || _address6 is not null))
        {
            throw new UsageException($"{_address4} is an IPv4 address, and {(IPv6 ? "--ipv6 is given" : $"{_address6} an IPv6 address")}");
        }

        if (Recipe.Protocol == Protocol.Icmp && (HasDestinationPort || Fields?.Contains(Field.DestinationPort) == true))
        {
            throw new UsageException("icmp has no dst-port; its identifier is src-port");
        }

        return Recipe with { IsIPv6 = IPv6 || _address6 is not null };
    }

    /// <summary>The flows asked for.</summary>
    /// <exception cref="UsageException">The fields cannot tell so many apart, or there is one flow and something to vary.</exception>
    internal FlowPlan CreateFlows()
    {
        if (Flows is not > 1)
        {
            return Fields is null && Seed is null ? FlowPlan.One : throw new UsageException($"{(Fields is null ? "--random" : "--vary")} needs --flows N with N above 1");
        }

        IReadOnlyList<Field> fields = Fields ?? [Field.SourcePort];
        return Flows <= FlowPlan.MaxPorts || fields.Any(field => field is not (Field.SourcePort or Field.DestinationPort))
            ? new FlowPlan(Flows.Value, fields, Seed)
            : throw new UsageException($"--flows {Flows}: ports tell {FlowPlan.MaxPorts} apart; --vary src-ip,src-port has room for more");
    }
}
