# One file for every program: docker build --build-arg PROGRAM=Edge .
# PROGRAM is Photos, Edge, ControlPlane or Origin.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG PROGRAM
WORKDIR /source
COPY . .
RUN dotnet restore "$PROGRAM/$PROGRAM.csproj" --locked-mode \
    && dotnet publish "$PROGRAM/$PROGRAM.csproj" --no-restore -c Release -o /program

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG PROGRAM
ENV DOTNET_EnableDiagnostics=0 \
    FLICKR_PROGRAM=Flickr.${PROGRAM}.dll
COPY ops/container/ready ops/container/make-secrets /usr/local/bin/
# A named volume takes its owner from the image: the program's user, number 1654 in Microsoft's images.
RUN mkdir -p /data /secrets && chown 1654:1654 /data /secrets && chmod 0700 /data
COPY --from=build /program /program
WORKDIR /program
USER 1654:1654
VOLUME /data
ENTRYPOINT ["/bin/bash", "-c", "exec dotnet \"$FLICKR_PROGRAM\" \"$@\"", "flickr"]
