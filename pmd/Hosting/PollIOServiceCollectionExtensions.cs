using System.IO.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PollIO.Pipelines;

namespace PollIO.Hosting;

/// <summary>Puts ports into a generic host.</summary>
public static class PollIOServiceCollectionExtensions
{
    /// <summary>
    /// Opens the ports of a configuration section with the host's first use of them, polls them while the host runs, and stops them with
    /// it. Each is a keyed service under its name: <see cref="Port"/>, <see cref="PacketPipe"/> and <see cref="IDuplexPipe"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The section; its form is <see cref="PollIOOptions"/>.</param>
    /// <remarks>Services that use the ports are added after this, so that the host stops them before.</remarks>
    public static IServiceCollection AddPollIO(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new PollIOOptions();
        configuration.Bind(options);
        return services.AddPollIO(options);
    }

    /// <summary>As <see cref="AddPollIO(IServiceCollection, IConfiguration)"/>, with the options made in code.</summary>
    public static IServiceCollection AddPollIO(this IServiceCollection services, PollIOOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(provider => new PortHost(options, provider.GetRequiredService<ILogger<PortHost>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PortHost>());
        foreach (string name in options.Ports.Keys)
        {
            services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<PortHost>().Port(name));
            services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<PortHost>().Pipe(name));
            services.AddKeyedSingleton<IDuplexPipe>(name, (provider, _) => provider.GetRequiredService<PortHost>().Pipe(name));
        }

        return services;
    }
}
